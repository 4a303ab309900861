/** A point on the earth, in degrees. */
export interface Coordinates {
  /** North of the equator: -90 to 90. */
  readonly latitude: number;
  /** East of Greenwich: -180 to 180. */
  readonly longitude: number;
}

/** Mean radius of the earth, in kilometres. */
const RADIUS_KM = 6371.0088;

/** Distance of two points along the surface of the earth in kilometres (haversine formula on a sphere). */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const [latitudeA, latitudeB] = [radians(a.latitude), radians(b.latitude)];
  const halfLatitude = Math.sin((latitudeB - latitudeA) / 2);
  const halfLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const square = halfLatitude ** 2 + Math.cos(latitudeA) * Math.cos(latitudeB) * halfLongitude ** 2;
  return 2 * RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, square)));
}

/** The nearest place and its distance; the first of equally near ones, undefined if there are no places. */
export function nearest<P extends Coordinates>(
  from: Coordinates,
  places: Iterable<P>,
): { readonly place: P; readonly km: number } | undefined {
  let best: { place: P; km: number } | undefined;
  for (const place of places) {
    const km = distanceKm(from, place);
    if (!best || km < best.km) best = { place, km };
  }
  return best;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
