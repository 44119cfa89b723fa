/** The secrets of the local Secrets Manager and its operations on them. */
import { randomUUID } from 'node:crypto';

export type SecretError = { readonly code: string; readonly message: string };

type Version = { readonly id: string; readonly text: string; readonly createdAtMillis: number };
type Secret = { readonly arn: string; readonly name: string; current: Version | undefined; previous: Version | undefined };
type Request = { readonly [name: string]: unknown };

/** An error in the shape of the service's own. */
class ServiceError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function secretError(error: unknown): SecretError {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  return { code: 'InvalidRequestException', message: 'The request is not JSON.' };
}

export class SecretStore {
  readonly #secrets: Secret[] = [];
  readonly #nowMillis: () => number;

  constructor(nowMillis: () => number) {
    this.#nowMillis = nowMillis;
  }

  create(secret: { readonly name: string; readonly arn: string }): void {
    if (this.#secrets.some(({ name }) => name === secret.name))
      throw new ServiceError('ResourceExistsException', `A secret with the name ${secret.name} exists.`);
    this.#secrets.push({ ...secret, current: undefined, previous: undefined });
  }

  /** Makes the text current and what was current previous. `id` is the secret's name or ARN. */
  put(id: string, text: string, versionId: string = randomUUID()): string {
    const secret = this.#find(id);
    if (secret.current?.id === versionId && secret.current.text !== text)
      throw new ServiceError('ResourceExistsException', 'This version exists with another value.');
    if (secret.current?.id === versionId) return versionId;
    secret.previous = secret.current;
    secret.current = { id: versionId, text, createdAtMillis: this.#nowMillis() };
    return versionId;
  }

  /** Performs an operation of the service. Throws what `secretError` reads. */
  perform(operation: string, request: Request): object {
    if (operation === 'GetSecretValue') return this.#get(request);
    if (operation === 'PutSecretValue') return this.#put(request);
    if (operation === 'DescribeSecret') return this.#describe(request);
    throw new ServiceError('UnknownOperationException', `The local Secrets Manager does not know ${operation}.`);
  }

  #get(request: Request): object {
    const { arn, name, current, previous } = this.#find(request['SecretId']);
    const stage = request['VersionStage'] ?? 'AWSCURRENT';
    const wanted = request['VersionId'];
    const version =
      wanted === undefined
        ? { AWSCURRENT: current, AWSPREVIOUS: previous }[String(stage)]
        : [current, previous].find((one) => one?.id === wanted);
    if (version === undefined) {
      const which = wanted === undefined ? `staging label: ${stage}` : `VersionId: ${wanted}`;
      throw new ServiceError('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${which}`);
    }
    return {
      ARN: arn,
      Name: name,
      VersionId: version.id,
      SecretString: version.text,
      VersionStages: [version === current ? 'AWSCURRENT' : 'AWSPREVIOUS'],
      CreatedDate: version.createdAtMillis / 1000,
    };
  }

  #put(request: Request): object {
    const { arn, name } = this.#find(request['SecretId']);
    const text = request['SecretString'];
    if (typeof text !== 'string') throw new ServiceError('InvalidParameterException', 'You must provide SecretString.');
    const token = request['ClientRequestToken'];
    const VersionId = this.put(arn, text, typeof token === 'string' ? token : randomUUID());
    return { ARN: arn, Name: name, VersionId, VersionStages: ['AWSCURRENT'] };
  }

  #describe(request: Request): object {
    const { arn, name, current, previous } = this.#find(request['SecretId']);
    const stages = [
      ...(current === undefined ? [] : [[current.id, ['AWSCURRENT']]]),
      ...(previous === undefined ? [] : [[previous.id, ['AWSPREVIOUS']]]),
    ];
    return { ARN: arn, Name: name, VersionIdsToStages: Object.fromEntries(stages) };
  }

  #find(id: unknown): Secret {
    const secret = this.#secrets.find(({ name, arn }) => name === id || arn === id);
    if (secret !== undefined) return secret;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
}
