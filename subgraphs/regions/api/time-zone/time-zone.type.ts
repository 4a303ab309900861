import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';

/** The first part of a time zone's name. */
export enum TimeZoneGroup {
  UTC = 'UTC',
  AMERICA = 'AMERICA',
  ASIA = 'ASIA',
  EUROPE = 'EUROPE',
  AFRICA = 'AFRICA',
  PACIFIC = 'PACIFIC',
  AUSTRALIA = 'AUSTRALIA',
  INDIAN = 'INDIAN',
  ATLANTIC = 'ATLANTIC',
  ANTARCTICA = 'ANTARCTICA',
  ARCTIC = 'ARCTIC',
}

registerEnumType(TimeZoneGroup, {
  name: 'TimeZoneGroup',
  description: 'Part of the world, by the first part of the time zone’s name.',
  valuesConfig: {
    UTC: { description: 'Coordinated universal time.' },
    AMERICA: { description: '`America/…`' },
    ASIA: { description: '`Asia/…`' },
    EUROPE: { description: '`Europe/…`' },
    AFRICA: { description: '`Africa/…`' },
    PACIFIC: { description: '`Pacific/…`' },
    AUSTRALIA: { description: '`Australia/…`; the ACK documentation prints the group as Oceania.' },
    INDIAN: { description: '`Indian/…`' },
    ATLANTIC: { description: '`Atlantic/…`' },
    ANTARCTICA: { description: '`Antarctica/…`' },
    ARCTIC: { description: '`Arctic/…`' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A time zone that a cluster can live by.' })
export class TimeZone {
  @Field(() => ID, { description: 'Name in the IANA time zone database, e.g. `Asia/Shanghai`.' })
  id: string;

  @Field(() => ID, {
    nullable: true,
    description: 'How the ACK documentation spells the name, where it misspells it; taken wherever an id is.',
  })
  documentedId: string | null;

  @Field(() => TimeZoneGroup, { description: 'Part of the world.' })
  group: TimeZoneGroup;

  @Field(() => String, {
    description:
      'The offset that the ACK documentation prints, e.g. `+08:00`: a snapshot, see utcOffset for the real one.',
  })
  documentedUtcOffset: string;
}
