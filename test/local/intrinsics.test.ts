/** CloudFormation's intrinsic functions, as the local stand-in resolves them. */
import { describe, expect, it } from '@jest/globals';
import { resolver } from '../../local/intrinsics.ts';
import { physicalNames } from '../../local/physical-names.ts';

const template = {
  Resources: {
    Events: { Type: 'AWS::DynamoDB::Table' },
    Messages: { Type: 'AWS::SQS::Queue' },
    Ingest: { Type: 'AWS::Lambda::Function' },
    Secret: { Type: 'AWS::SecretsManager::Secret' },
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
  },
};
const around = { prefix: 'run1-', apiUrl: 'http://127.0.0.1:3000', queueEndpoint: 'http://127.0.0.1:4000' };
const resolve = resolver(physicalNames(template, around), 'oncehook');

describe('intrinsic functions', () => {
  it.each([
    ['a table', { Ref: 'Events' }, 'run1-Events'],
    ['a queue by its URL', { Ref: 'Messages' }, 'http://127.0.0.1:4000/000000000000/run1-Messages'],
    ['a secret by its ARN', { Ref: 'Secret' }, 'arn:aws:secretsmanager:us-east-1:000000000000:secret:run1-Secret-local1'],
    ['any other resource by its name', { Ref: 'Alarm' }, 'run1-Alarm'],
    ['the region', { Ref: 'AWS::Region' }, 'us-east-1'],
  ])('Ref names %s', (_what, value, expected) => {
    expect(resolve(value)).toBe(expected);
  });

  it.each([
    [['Events', 'Arn'], 'arn:aws:dynamodb:us-east-1:000000000000:table/run1-Events'],
    [['Messages', 'QueueName'], 'run1-Messages'],
    [['Api', 'ApiEndpoint'], 'http://127.0.0.1:3000'],
    ['Ingest.Arn', 'arn:aws:lambda:us-east-1:000000000000:function:run1-Ingest'],
  ])('Fn::GetAtt gives %j', (argument, expected) => {
    expect(resolve({ 'Fn::GetAtt': argument })).toBe(expected);
  });

  it('joins, splits, selects and substitutes, each inside the other', () => {
    const arn = { 'Fn::GetAtt': ['Events', 'Arn'] };
    expect(resolve({ 'Fn::Join': ['', [arn, '/index/*']] })).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/run1-Events/index/*');
    expect(resolve({ 'Fn::Select': [1, { 'Fn::Split': ['/', arn] }] })).toBe('run1-Events');
    expect(resolve({ 'Fn::Sub': '${Api.ApiEndpoint}/x/${AWS::Region}/${!Literal}' })).toBe('http://127.0.0.1:3000/x/us-east-1/${Literal}');
    expect(resolve({ 'Fn::Sub': ['${Mine}-${Events}', { Mine: { Ref: 'Alarm' } }] })).toBe('run1-Alarm-run1-Events');
  });

  it('replaces them anywhere in a value and leaves the rest as it is', () => {
    const statement = { Effect: 'Allow', Resource: [{ Ref: 'Events' }, '*'], Condition: { Bool: { 'aws:SecureTransport': false } } };
    expect(resolve({ Statement: [statement] })).toEqual({ Statement: [{ ...statement, Resource: ['run1-Events', '*'] }] });
  });

  it('leaves out what is AWS::NoValue', () => {
    expect(resolve({ kept: 1, gone: { Ref: 'AWS::NoValue' }, list: ['a', { Ref: 'AWS::NoValue' }] })).toEqual({ kept: 1, list: ['a'] });
  });

  it.each([
    ['Fn::ImportValue', { 'Fn::ImportValue': 'other' }, 'UNKNOWN_INTRINSIC'],
    ['Fn::If', { nested: [{ 'Fn::If': ['Condition', 1, 2] }] }, 'UNKNOWN_INTRINSIC'],
    ['Condition', { Condition: 'IsProduction' }, 'UNKNOWN_INTRINSIC'],
    ['an attribute that the resource does not have here', { 'Fn::GetAtt': ['Alarm', 'Arn'] }, 'UNKNOWN_ATTRIBUTE'],
    ['a resource that is not there', { Ref: 'Nowhere' }, 'UNKNOWN_RESOURCE'],
    ['an index beyond the list', { 'Fn::Select': [3, ['a']] }, 'MALFORMED_INTRINSIC'],
    ['a join of what is no text', { 'Fn::Join': ['', [{ a: 1 }]] }, 'MALFORMED_INTRINSIC'],
  ])('refuses %s', (_what, value, code) => {
    expect(() => resolve(value)).toThrow(expect.objectContaining({ code }));
  });
});
