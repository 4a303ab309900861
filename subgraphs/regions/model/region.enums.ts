/** The cloud that a region belongs to. */
export type Cloud = 'PUBLIC' | 'FINANCE' | 'GOVERNMENT' | 'LOCAL';

/** Whether a product is offered in a region. */
export type Availability = 'AVAILABLE' | 'UNAVAILABLE' | 'COMING_SOON';

/** The first part of a time zone's name. */
export type TimeZoneGroup =
  | 'UTC'
  | 'AMERICA'
  | 'ASIA'
  | 'EUROPE'
  | 'AFRICA'
  | 'PACIFIC'
  | 'AUSTRALIA'
  | 'INDIAN'
  | 'ATLANTIC'
  | 'ANTARCTICA'
  | 'ARCTIC';
