/** Effect of a failed check item. */
export type CheckLevel = 'INFO' | 'WARNING' | 'BLOCKING';

/** Types of cluster checks. */
export const CHECK_TYPES = ['UPGRADE'] as const;

export type CheckType = (typeof CHECK_TYPES)[number];

/** Results of a check. */
export const CHECK_STATES = ['PASSED', 'BLOCKED'] as const;

export type CheckState = (typeof CHECK_STATES)[number];
