/** Type of the operation that turns the autonomy of an edge node pool on or off. */
export const EDGE_AUTONOMY = 'SET_EDGE_AUTONOMY' as const;
