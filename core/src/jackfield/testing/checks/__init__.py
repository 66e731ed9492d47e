"""The checks of `ProviderSuite`, by concern: each is a plain method, its arguments are those of `Subject.cases`."""
