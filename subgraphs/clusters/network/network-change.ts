import { once } from '../../../engine/client-tokens.js';
import { appendEvents } from '../../../engine/events.js';
import type { Platform } from '../../../engine/platform.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Transaction } from '../../../kernel/database.js';

/** A change of a network: which mutation, by whom, with what input. */
export interface NetworkChange {
  readonly actor: Actor;
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
}

/** What was done, and what the event log says of it. */
export interface NetworkChanged {
  readonly id: string;
  /** e.g. `VPC_CREATED`. */
  readonly type: string;
  readonly message: string;
}

/** Runs a change of a network in one transaction, once for each clientToken; answers the id of what was changed. */
export async function changeNetwork(
  { database, clock }: Platform,
  { actor, mutation, input }: NetworkChange,
  work: (tx: Transaction, at: Date) => Promise<NetworkChanged>,
): Promise<string> {
  const { clientToken: token } = input;
  const at = clock.now();
  const { account } = actor;
  const { id } = await database.prisma.$transaction((tx) =>
    once(tx, { account, mutation, token, input, at }, async () => {
      const changed = await work(tx, at);
      const { type, message } = changed;
      const reason = type
        .split('_')
        .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
        .join('');
      const data = { resourceId: changed.id };
      await appendEvents(tx, account, at, [{ category: 'PROVISIONING', type, reason, message, data }]);
      return { id: changed.id };
    }),
  );
  return id;
}
