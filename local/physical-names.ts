/** What a resource of the template is called here: its `Ref` and its attributes, with a made-up account and region. */
import { LocalError } from './local-error.ts';
import type { Resource, Template } from './template.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export type Surroundings = {
  /** Comes before each logical id, so that several stacks can share one engine: letters, digits and hyphens, or empty. */
  readonly prefix: string;
  /** Where the HTTP front listens, without a slash at the end. */
  readonly apiUrl: string;
  /** Where the front of SQS listens, without a slash at the end. */
  readonly queueEndpoint: string;
};

export type PhysicalNames = {
  /** Throws `UNKNOWN_RESOURCE`. */
  ref(logicalId: string): string;
  /** Throws `UNKNOWN_RESOURCE` or `UNKNOWN_ATTRIBUTE`. */
  attribute(logicalId: string, name: string): string;
  /** The name itself, whatever `Ref` gives for this kind of resource. */
  name(logicalId: string): string;
};

/** One kind of resource: what `Ref` gives and which attributes it has. */
type Kind = {
  readonly ref?: (name: string, around: Surroundings) => string;
  readonly attributes: { readonly [attribute: string]: (name: string, around: Surroundings) => string };
};

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const queueUrl = (name: string, around: Surroundings) => `${around.queueEndpoint}/${ACCOUNT}/${name}`;
const secretArn = (name: string) => arn('secretsmanager', `secret:${name}-local1`);
const table: Kind = {
  attributes: {
    Arn: (name) => arn('dynamodb', `table/${name}`),
    StreamArn: (name) => arn('dynamodb', `table/${name}/stream/local`),
  },
};

const KINDS: { readonly [type: string]: Kind } = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SQS::Queue': {
    ref: queueUrl,
    attributes: { Arn: (name) => arn('sqs', name), QueueName: (name) => name, QueueUrl: queueUrl },
  },
  'AWS::Lambda::Function': { attributes: { Arn: (name) => arn('lambda', `function:${name}`) } },
  'AWS::Events::Rule': { attributes: { Arn: (name) => arn('events', `rule/${name}`) } },
  'AWS::Lambda::EventSourceMapping': { attributes: { Id: (name) => name } },
  'AWS::SecretsManager::Secret': { ref: secretArn, attributes: { Id: secretArn } },
  'AWS::Logs::LogGroup': { attributes: { Arn: (name) => arn('logs', `log-group:${name}:*`) } },
  'AWS::IAM::Role': { attributes: { Arn: (name) => `arn:aws:iam::${ACCOUNT}:role/${name}` } },
  'AWS::ApiGatewayV2::Api': { attributes: { ApiId: (name) => name, ApiEndpoint: (_name, around) => around.apiUrl } },
};

export function physicalNames(template: Template, around: Surroundings): PhysicalNames {
  const resource = (logicalId: string): Resource => {
    const found = template.Resources[logicalId];
    if (found !== undefined) return found;
    throw new LocalError('UNKNOWN_RESOURCE', `The template refers to ${logicalId}, which is no resource of it.`);
  };
  const name = (logicalId: string) => `${around.prefix}${logicalId}`;
  return {
    name: (logicalId) => {
      resource(logicalId);
      return name(logicalId);
    },
    ref: (logicalId) => {
      const kind = KINDS[resource(logicalId).Type];
      return kind?.ref === undefined ? name(logicalId) : kind.ref(name(logicalId), around);
    },
    attribute: (logicalId, attribute) => {
      const { Type } = resource(logicalId);
      const make = KINDS[Type]?.attributes[attribute];
      if (make !== undefined) return make(name(logicalId), around);
      throw new LocalError(
        'UNKNOWN_ATTRIBUTE',
        `The template asks for ${attribute} of ${logicalId} (${Type}), which the local stand-in does not know. Add it to local/physical-names.ts.`,
      );
    },
  };
}
