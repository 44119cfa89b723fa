/** The outputs of a deployed stack, for an operator. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { clientBounds } from './client-bounds.ts';

export type StackOutputs = { readonly region: string; readonly outputs: { readonly [name: string]: string } };

/** In the Region and with the credentials of the environment. Undefined where there is no such stack; throws what else the service throws. */
export async function readStackOutputs(stackName: string): Promise<StackOutputs | undefined> {
  const client = new CloudFormationClient(clientBounds);
  try {
    const { Stacks: stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = (stacks?.[0]?.Outputs ?? []).map(({ OutputKey: key, OutputValue: value }) => [key ?? '', value ?? '']);
    return { region: await client.config.region(), outputs: Object.fromEntries(outputs) };
  } catch (error) {
    // CloudFormation has no error of its own for this (DescribeStacks API reference: "a ValidationError is returned").
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}
