import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Cidr,
  cidrAt,
  contains,
  freeCidr,
  overlaps,
  parseCidr,
} from '../../../subgraphs/clusters/model/cidr.rules.js';
import { maxPods, nodeCapacity, nodeNetworkUsage } from '../../../subgraphs/clusters/model/max-pods.rules.js';
import {
  freePodRange,
  allowsDns,
  validateNetwork,
  podPrefix,
  rangeProblems,
  ruleProblems,
} from '../../../subgraphs/clusters/model/network.rules.js';

/** A fixed seed, so that every run checks the same ranges. */
const SEED = 20_261_128;

/** Any CIDR range, as address and prefix length. */
const range = fc
  .tuple(fc.integer({ min: 4, max: 30 }), fc.nat(2 ** 32 - 1))
  .map(([prefix, at]) => cidrAt(Math.floor(at / 2 ** (32 - prefix)) * 2 ** (32 - prefix), prefix));

describe('CIDR blocks', () => {
  test.each(['10.0.0.0/8', '0.0.0.0/0', '192.168.1.128/25', '255.255.255.255/32'])('accepts %s', (text) => {
    expect(parseCidr(text)?.text).toBe(text);
  });

  test.each([
    '10.0.0.1/8',
    '10.0.0.0',
    '10.0.0/8',
    '010.0.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '256.0.0.0/8',
    '0xa.0.0.0/8',
    '10.0.0.0/08',
    ' 10.0.0.0/8',
    '::/0',
    '',
  ])('rejects %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test('overlap exactly if they have an address in common', () => {
    fc.assert(
      fc.property(range, range, (a, b) => {
        const common = Math.max(a.first, b.first) < Math.min(a.first + a.size, b.first + b.size);
        expect(overlaps(a, b)).toBe(common);
        expect(contains(a, b)).toBe(a.first <= b.first && b.first + b.size <= a.first + a.size);
        expect(parseCidr(a.text)).toEqual(a);
      }),
      { seed: SEED },
    );
  });

  test('a free block lies within the range and overlaps no used one; it is absent only if no space is left', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), fc.integer({ min: 12, max: 18 }), (used, prefix) => {
        const within = parseCidr('10.0.0.0/10')!;
        const found = freeCidr([within], prefix, used);
        const size = 2 ** (32 - prefix);
        const places = Array.from({ length: within.size / size }, (_, index) =>
          cidrAt(within.first + index * size, prefix),
        );
        const free = places.find((place) => !used.some((range) => overlaps(range, place)));
        expect(found).toEqual(free);
      }),
      { numRuns: 60, seed: SEED },
    );
  });

  test.each([
    ['vpc', '10.0.0.0/8', true],
    ['vpc', '10.0.0.0/7', false],
    ['vpc', '192.168.0.0/28', true],
    ['vpc', '192.168.0.0/29', false],
    ['vpc', '8.8.0.0/16', false],
    ['vpc', '100.64.0.0/16', false],
    ['vSwitch', '192.168.0.0/29', true],
    ['vSwitch', '192.168.0.0/30', false],
    ['services', '172.21.0.0/20', true],
    ['services', '172.16.0.0/12', false],
    ['pods', '10.0.0.0/24', true],
    ['pods', '10.0.0.0/25', false],
  ] as const)('for a %s %s is accepted: %s', (of, text, accepted) => {
    expect(rangeProblems(text, of, ['input']).length === 0).toBe(accepted);
  });
});

test('a VPC has pod CIDRs for a hundred Pro clusters: 32 for 1,000 nodes, the others for 256', () => {
  const used: Cidr[] = [];
  for (let count = 0; count < 100; count += 1)
    used.push(freePodRange({ product: 'ACK_PRO', nodes: 3, mask: 24 }, used)!);
  for (const [index, cidr] of used.entries())
    expect(used.slice(index + 1).some((other) => overlaps(cidr, other))).toBe(false);
  expect(used.map(({ prefix }) => prefix)).toEqual([
    ...Array.from({ length: 32 }, () => 14),
    ...Array.from({ length: 68 }, () => 16),
  ]);
  expect(freePodRange({ product: 'ACK_STANDARD', nodes: 3, mask: 24 }, [])?.text).toBe('10.128.0.0/16');
  expect(freePodRange({ product: 'ACK_PRO', nodes: 1000, mask: 24 }, [])?.text).toBe('10.0.0.0/13');
  expect(
    freePodRange({ product: 'ACK_PRO', nodes: 3, mask: 24 }, [parseCidr('10.0.0.0/8')!]),
  ).toBeUndefined();
});

describe('pods per node', () => {
  test.each([
    [24, 256],
    [25, 128],
    [26, 64],
    [27, 32],
    [28, 16],
    [null, 256],
    [20, 256],
  ])('with Flannel and a /%s for each node are %s', (nodeCidrMask, pods) => {
    expect(maxPods({ plugin: 'FLANNEL', nodeCidrMask }, { enis: 9, ipsPerEni: 99 })).toBe(pods);
  });

  test.each([
    [4, 15, 45],
    [3, 10, 20],
    [2, 6, 6],
    [1, 10, 0],
    [32, 30, 930],
  ])('with Terway, %s interfaces and %s addresses of each are %s', (enis, ipsPerEni, pods) => {
    const network = { plugin: 'TERWAY', nodeCidrMask: null } as const;
    expect(maxPods(network, { enis, ipsPerEni })).toBe(pods);
    expect(nodeNetworkUsage(network, { enis, ipsPerEni })).toEqual({
      routes: 0,
      addresses: 1 + pods,
      enis: enis - 1,
    });
  });

  test('Flannel uses a route and an address for each node of any type', () => {
    const use = { routes: 1, addresses: 1, enis: 0 };
    expect(nodeNetworkUsage({ plugin: 'FLANNEL', nodeCidrMask: 24 }, { enis: 8, ipsPerEni: 30 })).toEqual(
      use,
    );
  });

  test.each([
    [16, 24, 256],
    [14, 24, 1024],
    [20, 26, 64],
    [null, null, null],
  ])('a pod CIDR of /%s with /%s for each node has room for %s nodes', (prefix, mask, nodes) => {
    expect(nodeCapacity(prefix, mask)).toBe(nodes);
  });

  test.each([
    [0, 24, 16],
    [128, 24, 16],
    [129, 24, 15],
    [1000, 24, 13],
    [10, 26, 18],
  ])('for %s nodes with /%s each a /%s is chosen, with room to grow', (nodes, mask, prefix) => {
    expect(podPrefix(nodes, mask)).toBe(prefix);
  });
});

describe('validation of the network of a cluster', () => {
  const flannel: Parameters<typeof validateNetwork>[1] = { plugin: 'FLANNEL', hasNetwork: true };
  const codes = (request: Parameters<typeof validateNetwork>[0], facts = flannel) =>
    validateNetwork(request, facts).map(({ code, path }) => `${code} ${path?.slice(2).join('.')}`);

  test.each([
    [{}, []],
    [{ podCidr: '10.0.0.0/16', serviceCidr: '172.21.0.0/20', nodeCidrMask: 26 }, []],
    [{ podCidr: '10.0.0.0/16', serviceCidr: '10.0.16.0/20' }, ['CIDR_OVERLAP serviceCidr']],
    [{ podCidr: '10.0.0.1/16' }, ['INVALID_INPUT podCidr']],
    [{ podCidr: '8.0.0.0/16' }, ['INVALID_INPUT podCidr']],
    [{ serviceCidr: '172.21.0.0/28' }, ['INVALID_INPUT serviceCidr']],
    [{ nodeCidrMask: 23 }, ['INVALID_INPUT nodeCidrMask']],
    [{ nodeCidrMask: 29 }, ['INVALID_INPUT nodeCidrMask']],
    [{ vSwitchIds: ['vsw_1'] }, ['INVALID_INPUT vpcId']],
    [{ securityGroupId: 'sg_1' }, ['INVALID_INPUT vpcId']],
    [{ vpcId: 'vpc_1', vSwitchIds: [] }, ['INVALID_INPUT vSwitchIds']],
  ])('%j has the problems %j', (request, problems) => {
    expect(codes(request)).toEqual(problems);
  });

  test('Terway has no pod CIDR, and a registered cluster no network', () => {
    const terway = { plugin: 'TERWAY', hasNetwork: true } as const;
    expect(codes({ podCidr: '10.0.0.0/16', nodeCidrMask: 25 }, terway)).toEqual([
      'INVALID_INPUT podCidr',
      'INVALID_INPUT nodeCidrMask',
    ]);
    expect(codes({}, { plugin: 'FLANNEL', hasNetwork: false })).toEqual(['INVALID_INPUT ']);
  });

  const rule = { direction: 'INGRESS', protocol: 'UDP', fromPort: 53, toPort: 53, cidr: '10.0.0.0/8' };
  test.each([
    [rule, true],
    [{ ...rule, protocol: 'ALL', fromPort: null, toPort: null }, true],
    [{ ...rule, fromPort: 1, toPort: 65535 }, true],
    [{ ...rule, protocol: 'TCP' }, false],
    [{ ...rule, direction: 'EGRESS' }, false],
    [{ ...rule, fromPort: 54, toPort: 60 }, false],
    [{ ...rule, cidr: '10.1.0.0/16' }, false],
  ])('the rule %j allows DNS of pods of 10.0.0.0/16: %s', (rule, through) => {
    expect(allowsDns([rule], parseCidr('10.0.0.0/16')!)).toBe(through);
  });

  test.each([
    [{ protocol: 'TCP', fromPort: 1, toPort: 65535, cidr: '0.0.0.0/0' }, 0],
    [{ protocol: 'TCP', fromPort: 0, cidr: '10.0.0.0/8' }, 1],
    [{ protocol: 'TCP', fromPort: 80, toPort: 79, cidr: '10.0.0.0/8' }, 1],
    [{ protocol: 'ICMP', fromPort: 80, cidr: '10.0.0.0/8' }, 1],
    [{ protocol: 'UDP', fromPort: 53, cidr: '10.0.0.1/8' }, 1],
  ])('the rule %j has %s problems', (rule, count) => {
    expect(ruleProblems([rule])).toHaveLength(count);
  });
});
