/** The secret of a consumer that calls out: what the other side wants to know it by. */
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { emptySecret } from './empty-secret.ts';

/** Until it is put in, the messages fail and come again. */
export function consumerSecret(scope: Construct, { ephemeral }: { readonly ephemeral: boolean }): CfnSecret {
  const whyNotRotated = 'The service that is called issues this secret, and it is rotated there; AWS cannot rotate it by itself.';
  return emptySecret(scope, 'Secret', { ephemeral, whyNotRotated });
}
