/** The environment of a function here: the template's, and beside it only what Lambda itself sets and where the services are. */
import { join } from 'node:path';
import type { FunctionPlan } from './function-plan.ts';
import { REGION } from './physical-names.ts';

export type Endpoints = { readonly dynamodb: string; readonly sqs: string; readonly secretsmanager: string; readonly cloudwatch: string };

/** By the id of the secret with its API key: where a provider is called instead of at its own address. */
export type ProviderUrls = { readonly [apiKeyId: string]: string };

export type Surroundings = { readonly endpoints: Endpoints; readonly providerUrls: ProviderUrls };

export function functionEnvironment(plan: FunctionPlan, { endpoints, providerUrls }: Surroundings): { readonly [name: string]: string } {
  // The person's own AWS configuration must not reach a function: there is no such file in Lambda either.
  const noFile = join(plan.codeDirectory, 'no-aws-configuration');
  const providerUrl = providerUrls[plan.environment['API_KEY_ID'] ?? ''];
  return {
    ...plan.environment,
    ...(providerUrl === undefined ? {} : { PROVIDER_API_URL: providerUrl }),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: plan.logicalId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: noFile,
    AWS_SHARED_CREDENTIALS_FILE: noFile,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsmanager,
    AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudwatch,
    AWS_LAMBDA_FUNCTION_NAME: plan.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(plan.memoryMegabytes),
  };
}
