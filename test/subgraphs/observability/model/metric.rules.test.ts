import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../../../kernel/result.js';
import { metricRange } from '../../../../subgraphs/observability/model/metric.rules.js';

describe('range of metrics', () => {
  const from = new Date('2026-01-01T00:00:00Z');
  const after = (seconds: number) => new Date(from.getTime() + seconds * 1000);

  test.each([
    [3600, null, 60],
    [10, null, 1],
    [3600, 5, 5],
    [1000, 1, 1],
    [86_400 * 365, null, 525_600],
  ])('of %d seconds with step %j has steps of %d seconds', (seconds, step, expected) => {
    expect(metricRange(from, after(seconds), step).step).toBe(expected);
  });

  test.each([
    ['is empty', 0, null, 'from'],
    ['ends before it begins', -1, null, 'from'],
    ['has a step of nothing', 60, 0, 'step'],
    ['has a negative step', 60, -1, 'step'],
    ['has more than 1,000 points', 1001, 1, 'step'],
  ])('is rejected if it %s', (_what, seconds, step, path) => {
    const rejection = () => metricRange(from, after(seconds), step);
    expect(rejection).toThrow(ProblemError);
    try {
      rejection();
    } catch (error) {
      expect((error as ProblemError).problems).toMatchObject([{ code: 'INVALID_INPUT', path: [path] }]);
    }
  });
});
