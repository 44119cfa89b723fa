/** A secret that somebody else issues and an operator puts in. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

export type EmptySecretProps = {
  readonly ephemeral: boolean;
  /** A sentence for the rule that secrets are rotated by AWS. @default - a payment provider issues it */
  readonly whyNotRotated?: string;
};

const OF_A_PROVIDER =
  'The payment provider issues this secret: it is rotated there, and both values are active here in between. AWS cannot rotate it by itself.';

/**
 * It has no value in the template, so that no deployment can ever write over the operator's entries; until there is one, what needs it
 * fails and the alarm rings.
 */
export function emptySecret(scope: Construct, id: string, { ephemeral, whyNotRotated }: EmptySecretProps): CfnSecret {
  const secret = new CfnSecret(scope, id);
  secret.applyRemovalPolicy(ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: whyNotRotated ?? OF_A_PROVIDER });
  return secret;
}
