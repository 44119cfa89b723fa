/** What each access that a consumer declares for a table of its own means in IAM. A transaction is granted by the actions in it. */
import type { TableAccess } from '../lambdas/core/contracts.ts';

export const TABLE_ACTIONS: { readonly [access in TableAccess]: string } = {
  get: 'dynamodb:GetItem',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  check: 'dynamodb:ConditionCheckItem',
};
