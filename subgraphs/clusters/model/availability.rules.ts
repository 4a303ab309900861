import { nearest } from '../../../kernel/great-circle.js';
import type { Problem } from '../../../kernel/result.js';
import type { Product } from '../../../kernel/product.js';
import type { ClusterCatalog, CatalogRegion } from './catalog.js';

const PATH = ['input', 'regionId'];

/**
 * Rejects a product that the catalog does not offer in the region: PRODUCT_COMING_SOON or PRODUCT_NOT_OFFERED. The
 * message and `nearestRegionId` name the nearest region that offers it.
 */
export function availabilityProblems(
  region: CatalogRegion | undefined,
  product: Product | undefined,
  regions: ClusterCatalog['regions'],
): Problem[] {
  if (!region || !product) return [];
  const availability = region.availability.get(product);
  if (availability === 'AVAILABLE') return [];
  const other = nearestRegion(region, product, regions);
  const hint = other
    ? ` The nearest region that offers it is ${other.place.id} (${other.place.name}, ${Math.round(other.km)} km).`
    : '';
  const details = { product, regionId: region.id, nearestRegionId: other?.place.id ?? null };
  return availability === 'COMING_SOON'
    ? [
        {
          code: 'PRODUCT_COMING_SOON',
          message: `${product} is announced for ${region.id} but not yet open there.${hint}`,
          path: PATH,
          details,
        },
      ]
    : [
        {
          code: 'PRODUCT_NOT_OFFERED',
          message: `${product} is not offered in ${region.id}.${hint}`,
          path: PATH,
          details,
        },
      ];
}

/** The nearest other region that offers the product. */
function nearestRegion(
  region: CatalogRegion,
  product: Product,
  regions: ClusterCatalog['regions'],
): { readonly place: CatalogRegion; readonly km: number } | undefined {
  // The map has an entry for each alias of a region.
  const offering = [...new Set(regions.values())].filter(
    ({ id, availability }) => id !== region.id && availability.get(product) === 'AVAILABLE',
  );
  return nearest(region, offering);
}
