/** How much a failed item matters. */
export type CheckLevel = 'INFO' | 'WARNING' | 'BLOCKING';

/** What a cluster is checked for. */
export const CHECK_TYPES = ['UPGRADE'] as const;

export type CheckType = (typeof CHECK_TYPES)[number];

/** What came of a check. */
export const CHECK_STATES = ['PASSED', 'BLOCKED'] as const;

export type CheckState = (typeof CHECK_STATES)[number];
