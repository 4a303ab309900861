/** A condition of a cluster, with the fields of a Kubernetes condition. */
export type Condition = {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionAt: string;
};

export type ConditionChange = Omit<Condition, 'lastTransitionAt'>;

export function conditionsOf({ conditions }: { readonly conditions: unknown }): Condition[] {
  return conditions as unknown as Condition[];
}

/** Whether the condition exists with status True. */
export function isConditionTrue(thing: { readonly conditions: unknown }, type: string): boolean {
  return conditionsOf(thing).some((condition) => condition.type === type && condition.status === 'True');
}

/** Sets a condition; lastTransitionAt changes only when the status changes. */
export function withCondition(
  thing: { readonly conditions: unknown },
  change: ConditionChange,
  at: Date,
): Condition[] {
  const before = conditionsOf(thing);
  const old = before.find(({ type }) => type === change.type);
  const lastTransitionAt = old?.status === change.status ? old.lastTransitionAt : at.toISOString();
  const now: Condition = { ...change, lastTransitionAt };
  return old ? before.map((condition) => (condition === old ? now : condition)) : [...before, now];
}
