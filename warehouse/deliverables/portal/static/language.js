// On the English page what is said of the basis is said in English. Cards for people who are referred stay French first.
"use strict";
MRF.french = MRF_DATA.socle.codes;
if (MRF_DATA.anglais) Object.assign(MRF_DATA.socle, MRF_DATA.anglais.socle);
