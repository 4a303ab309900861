/** The cloud that a region belongs to. */
export const CLOUDS = ['PUBLIC', 'FINANCE', 'GOVERNMENT', 'LOCAL'] as const;

export type Cloud = (typeof CLOUDS)[number];

/** Whether a product is offered in a region. */
export const AVAILABILITIES = ['AVAILABLE', 'UNAVAILABLE', 'COMING_SOON'] as const;

export type Availability = (typeof AVAILABILITIES)[number];

/** The first part of a time zone's name. */
export const TIME_ZONE_GROUPS = [
  'UTC',
  'AMERICA',
  'ASIA',
  'EUROPE',
  'AFRICA',
  'PACIFIC',
  'AUSTRALIA',
  'INDIAN',
  'ATLANTIC',
  'ANTARCTICA',
  'ARCTIC',
] as const;

export type TimeZoneGroup = (typeof TIME_ZONE_GROUPS)[number];
