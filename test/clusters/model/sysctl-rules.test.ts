import { describe, expect, test } from 'vitest';
import {
  planSysctls,
  sysctlsRemediated,
  sysctlValues,
} from '../../../subgraphs/clusters/model/sysctl.rules.js';

const ALL = 'net.ipv4.conf.all.rp_filter';
const ETH0 = 'net.ipv4.conf.eth0.rp_filter';

describe('setting kernel parameters', () => {
  test('ends a risk of several parameters only when all of them have the required value', () => {
    const eth0 = [{ name: ETH0, value: '0' }];
    expect(planSysctls(eth0, { [ALL]: '1' }).remediated).toEqual([]);
    expect(planSysctls(eth0, { [ALL]: '0' }).remediated).toEqual(['network.kernel.2']);
    expect(planSysctls([...eth0, { name: ALL, value: ' 0 ' }], { [ALL]: '1' }).remediated).toEqual([
      'network.kernel.2',
    ]);
    expect(planSysctls([...eth0, { name: ALL, value: '1' }], {})).toMatchObject({
      risks: [{ operation: 'network.kernel.2', index: 1 }],
      remediated: [],
    });
  });

  test('rejects a duplicate parameter', () => {
    const twice = ['1', '0'].map((value) => ({ name: 'net.ipv4.ip_forward', value }));
    expect(planSysctls(twice, {}).problems).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'sysctls', '1', 'name'] },
    ]);
  });
});

test('remediating a high-risk operation resets every parameter that it set', () => {
  const set = { [ETH0]: '2', 'net.ipv4.ip_forward': '0' };
  const after = { ...set, ...sysctlsRemediated('network.kernel.2', set) };
  const different = sysctlValues(after).filter((sysctl) => sysctl.value !== sysctl.recommendedValue);
  expect(different.map(({ name }) => name)).toEqual(['net.ipv4.ip_forward']);
});
