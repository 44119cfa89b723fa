/** The context of an invocation, as Lambda hands it over. */
import type { Context } from 'aws-lambda';

export function lambdaContext(remainingMillis: () => number): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'oncehook-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:oncehook-test',
    memoryLimitInMB: '512',
    awsRequestId: '7f5d1a4e-0b1c-4a5e-9d55-0f6b8f6f3c11',
    logGroupName: '/aws/lambda/oncehook-test',
    logStreamName: '2026/11/23/[$LATEST]0123456789abcdef',
    getRemainingTimeInMillis: remainingMillis,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
