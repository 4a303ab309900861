/** Kinds of support tickets. */
export const SUPPORT_TICKET_KINDS = ['QUESTION', 'GUIDANCE', 'TROUBLESHOOTING'] as const;

export type SupportTicketKind = (typeof SUPPORT_TICKET_KINDS)[number];

/** States of a support ticket. */
export const SUPPORT_TICKET_STATES = ['OPEN', 'CLOSED'] as const;

export type SupportTicketState = (typeof SUPPORT_TICKET_STATES)[number];
