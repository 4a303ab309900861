import type * as access from '../../../access/model/roles.js';

/** A role with its id; the GraphQL type of the same name describes the fields. */
export interface Role extends access.Role {
  readonly id: string;
  readonly predefined: boolean;
}
