/** A secret that the provider issues and an operator puts in. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * It has no value in the template, so that no deployment can ever write over the operator's entries; until there is one, what needs it
 * fails and the alarm rings.
 */
export function emptySecret(scope: Construct, id: string, { ephemeral }: { readonly ephemeral: boolean }): CfnSecret {
  const secret = new CfnSecret(scope, id);
  secret.applyRemovalPolicy(ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'The payment provider issues this secret: it is rotated there, and both values are active here in between. AWS cannot rotate it by itself.',
  });
  return secret;
}
