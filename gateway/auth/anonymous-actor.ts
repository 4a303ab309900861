import { accountScopes } from '../../access/scopes.js';
import type { Actor } from '../../kernel/actor.js';

/** The actor of requests without authentication. */
export const anonymousActor: Actor = {
  account: 'default',
  subject: 'anonymous',
  anonymous: true,
  scopes: accountScopes,
};
