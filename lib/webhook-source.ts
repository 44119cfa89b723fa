/** One configured endpoint of a payment provider: its secret, its function and its route. */
import { join } from 'node:path';
import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { HouseFunction } from './house-function.ts';
import { providersFolder } from './project.ts';
import { INGEST_TIMEOUT_SECONDS } from './sizing.ts';
import type { Source } from './sources.ts';
import type { Tables } from './tables.ts';
import type { WebhookApi } from './webhook-api.ts';

export type WebhookSourceProps = {
  readonly source: Source;
  readonly api: WebhookApi;
  readonly tables: Tables;
  readonly routesFile: string;
  readonly ephemeral: boolean;
};

export class WebhookSource extends Construct {
  readonly source: Source;
  readonly secret: Secret;
  readonly ingest: HouseFunction;
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebhookSourceProps) {
    super(scope, id);
    const { source, tables } = props;
    this.source = source;
    this.secret = this.emptySecret(props.ephemeral);
    this.ingest = new HouseFunction(this, 'Ingest', {
      kind: 'ingest',
      name: source.name,
      timeoutSeconds: INGEST_TIMEOUT_SECONDS,
      aliases: { '#provider': join(providersFolder, `${source.provider}.ts`), '#routes': props.routesFile },
      environment: {
        SOURCE: source.name,
        EVENTS_TABLE: tables.events.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        SECRET_ID: this.secret.secretArn,
        ...(source.toleranceSeconds === undefined ? {} : { TOLERANCE_SECONDS: String(source.toleranceSeconds) }),
      },
    });
    this.ingest.allow(['dynamodb:PutItem'], [tables.events.tableArn, tables.outbox.tableArn]);
    this.ingest.allow(['secretsmanager:GetSecretValue'], [this.secret.secretArn]);
    this.url = props.api.addSource(source.name, this.ingest.fn);
  }

  /**
   * The provider issues the secret, so none is generated here: until an operator puts it in, every request is answered 503 and the
   * alarm rings. No property of this resource may change later, or CloudFormation could write the empty list over the operator's entries.
   */
  private emptySecret(ephemeral: boolean): Secret {
    const secret = new Secret(this, 'Secret', {
      secretStringValue: SecretValue.unsafePlainText('{"active":[]}'),
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The payment provider issues this secret: it is rotated there, and both values are active here in between. AWS cannot rotate it by itself.',
    });
    return secret;
  }
}
