"""Sign-in through an identity provider. Loaded only with AUTH."""
