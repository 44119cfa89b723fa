/** Stands in every bundle for parts of the AWS SDK that a function never uses and that would cost each cold start. Synth puts it there. */

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

// Lambda hands the role's credentials over in the environment: no profile, process, SSO session or web identity is ever asked.
export const fromIni = absent;
export const fromProcess = absent;
export const fromSSO = absent;
export const fromTokenFile = absent;

// A container's credentials come by `fromHttp`, which stays; the SDK takes the names of its two variables from here. No function runs on EC2.
export const fromContainerMetadata = absent;
export const fromInstanceMetadata = absent;
export const ENV_CMDS_FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
export const ENV_CMDS_RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';

/** The DynamoDB client makes one when it is built and uses it only for endpoint discovery, which is off unless it is asked for. */
export class EndpointCache {}
