"""The survey's forms: questions as data, and the builder of XLSForms from them and from the code lists."""
