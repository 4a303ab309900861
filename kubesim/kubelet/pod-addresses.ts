/** The pod addresses of each node: the hosts of its /24 pod network, and beyond 254 those of the next part of it. */
export class PodAddresses {
  private readonly taken = new Map<string, Set<string>>();

  reserve(node: string, address: string): void {
    const known = this.taken.get(node) ?? new Set();
    this.taken.set(node, known.add(address));
  }

  /** A free address of the node's pod network, e.g. `10.64.3.0/24`. Throws when all are taken. */
  take(node: string, podCIDR: string): string {
    const prefix = podCIDR.split('.').slice(0, 3).join('.');
    const known = this.taken.get(node) ?? new Set();
    for (let host = 1; host < 256; host += 1) {
      const address = `${prefix}.${host}`;
      if (known.has(address)) continue;
      this.taken.set(node, known.add(address));
      return address;
    }
    throw new Error(`the pod network ${podCIDR} of node ${node} has no free address`);
  }

  release(node: string, address: string): void {
    const known = this.taken.get(node);
    known?.delete(address);
    if (known?.size === 0) this.taken.delete(node);
  }
}
