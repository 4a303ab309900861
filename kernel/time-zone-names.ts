interface NamedZone {
  readonly id: string;
  /** An alternative spelling in the documentation of ACK. */
  readonly documentedId: string | null;
}

/**
 * Finds zones by id, by documented spelling, and by every name that the IANA time zone database links to one of them, e.g.
 * `Europe/Kyiv` for `Europe/Kiev`. The links are those of the ICU of Node.js.
 */
export function timeZonesByName<T extends NamedZone>(zones: readonly T[]): (name: string) => T | undefined {
  const spelled = new Map<string, T>();
  for (const zone of zones) if (zone.documentedId !== null) spelled.set(zone.documentedId, zone);
  for (const zone of zones) spelled.set(zone.id, zone);
  let byCanonicalName: Map<string, T> | undefined;
  return (name) => {
    const zone = spelled.get(name);
    if (zone) return zone;
    const canonical = canonicalName(name);
    if (canonical === undefined) return undefined;
    byCanonicalName ??= zonesByCanonicalName(zones);
    return byCanonicalName.get(canonical);
  };
}

/** The first zone of the list for each canonical name. */
function zonesByCanonicalName<T extends NamedZone>(zones: readonly T[]): Map<string, T> {
  return new Map(zones.map((zone): [string, T] => [canonicalName(zone.id) ?? zone.id, zone]).reverse());
}

function canonicalName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    // The name is unknown to ICU.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
