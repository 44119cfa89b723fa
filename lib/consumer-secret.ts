/** The secret of a consumer that calls out: what the other side wants to know it by. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** It has no value in the template, so that no deployment can ever write over what an operator has put in; until then the messages fail and come again. */
export function consumerSecret(scope: Construct, { ephemeral }: { readonly ephemeral: boolean }): CfnSecret {
  const secret = new CfnSecret(scope, 'Secret');
  secret.applyRemovalPolicy(ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'The service that is called issues this secret, and it is rotated there; AWS cannot rotate it by itself.',
  });
  return secret;
}
