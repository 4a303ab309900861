/** Type of the operation that turns the autonomy of a node pool at the edge on or off. */
export const EDGE_AUTONOMY = 'SET_EDGE_AUTONOMY' as const;
