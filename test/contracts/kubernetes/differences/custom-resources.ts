import type { Difference } from './difference.js';

export const customResources: readonly Difference[] = [
  {
    reason: 'CustomResourceDefinition is not served.',
    titles: [
      'serves the kind of a definition',
      'reports a definition as established',
      'lists the kind of a definition in discovery',
      'publishes the schema of a definition in OpenAPI v3',
      'rejects an object against the schema, and names each field',
      'rejects an object without a required field',
      'rejects a value of another type',
      'fills in defaults of the schema',
      'drops fields that the schema does not know, and warns',
      'rejects unknown fields for fieldValidation=Strict',
      'checks the rules of x-kubernetes-validations',
      'keeps status apart with a status subresource',
      'has no status subresource unless the definition says so',
      'scales by the paths of the scale subresource',
      'shows the columns of the definition in a table',
      'watches custom objects',
      'sends an Expired error for a resourceVersion before the definition',
      'rejects a strategic merge patch of a custom object',
      'merges a list of the type map in server-side apply',
      'rejects a definition whose name is not plural and group',
      'rejects a definition without a schema',
      'deletes the objects with their definition',
    ],
  },
];
