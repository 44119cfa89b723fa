/** Stands in every bundle for the credential providers that Lambda never uses: SSO, profile files, processes, web identity. */

type Credentials = () => Promise<never>;

/** Tells the SDK's chain to go on to the next provider, as the real one does where it is not set up. */
function absent(): Credentials {
  return async () => {
    throw Object.assign(new Error('This credential provider is not part of the bundle.'), {
      name: 'CredentialsProviderError',
      tryNextLink: true,
    });
  };
}

export const fromIni = absent;
export const fromProcess = absent;
export const fromSSO = absent;
export const fromTokenFile = absent;
