"""The survey's forms: the questions as data, and what builds XLSForms from them and from the code lists."""
