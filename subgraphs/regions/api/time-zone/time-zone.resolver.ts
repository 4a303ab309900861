import { Arg, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { Clock } from '../../../../kernel/clock.js';
import { Cost, ListSize } from '../../../runtime/graph/cost.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { TimeZoneService } from './time-zone.service.js';
import { localTime, nextTransition, utcOffset } from '../../model/time-zone.rules.js';
import { TimeZone, TimeZoneGroup } from './time-zone.type.js';

@Resolver(() => TimeZone)
export class TimeZoneResolver {
  constructor(
    private readonly service: TimeZoneService,
    private readonly clock: Clock,
  ) {}

  @Query(() => TimeZone, {
    nullable: true,
    description: 'A time zone. Null for an unknown name.',
  })
  timeZone(
    @Arg('id', () => ID, {
      description:
        'Any IANA name of the zone, links included (`Europe/Kyiv` is `Europe/Kiev`), or the spelling of the ACK documentation.',
    })
    id: string,
  ): Promise<TimeZone | null> {
    return this.service.timeZone(id);
  }

  @Cost(4)
  @ListSize(450)
  @Query(() => [TimeZone], { description: 'Every time zone that a cluster can have.' })
  timeZones(
    @Arg('group', () => TimeZoneGroup, {
      nullable: true,
      description: 'Only time zones of this part of the world.',
    })
    group?: TimeZoneGroup | null,
  ): Promise<readonly TimeZone[]> {
    return this.service.timeZones(group ?? null);
  }

  @FieldResolver(() => String, {
    description:
      'Real offset from UTC, e.g. `+02:00`, daylight saving included, by the IANA time zone database.',
  })
  utcOffset(
    @Root() zone: TimeZone,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'Time to evaluate. Default: now.' })
    at?: Date | null,
  ): string {
    return utcOffset(zone.id, at ?? this.clock.now());
  }

  @FieldResolver(() => String, {
    description: 'Local time with its offset: `2026-07-01T14:00:00.000+02:00`.',
  })
  localTime(
    @Root() zone: TimeZone,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'Time to evaluate. Default: now.' })
    at?: Date | null,
  ): string {
    return localTime(zone.id, at ?? this.clock.now());
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Next change of the offset. Null if none is known.',
  })
  nextTransition(
    @Root() zone: TimeZone,
    @Arg('after', () => DateTimeScalar, {
      nullable: true,
      description: 'Time after which to search. Default: now.',
    })
    after?: Date | null,
  ): Date | null {
    return nextTransition(zone.id, after ?? this.clock.now());
  }
}
