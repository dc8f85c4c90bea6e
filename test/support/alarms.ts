import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A value of a metric in one period. Dimensions name resources by their logical ids. */
export interface Datapoint {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Alarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
}

/** Returns the logical ids of the template's alarms that these values raise, sorted. */
export function findRaisedAlarms(datapoints: readonly Datapoint[]): string[] {
  return [...readAlarms()]
    .filter(([, alarm]) => datapoints.some((datapoint) => raises(alarm, datapoint)))
    .map(([id]) => id)
    .sort();
}

function readAlarms(): Map<string, Alarm> {
  const text = readFileSync(new URL('../../template.yaml', import.meta.url), 'utf8');
  // Without their tags, `!Ref` and `!GetAtt` are the names of the referenced resources.
  const { Resources } = parse(text, { logLevel: 'silent' }) as {
    Resources: Record<string, { Type: string; Properties: Alarm }>;
  };
  return new Map(
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id, { Properties }]) => [id, Properties]),
  );
}

function raises(alarm: Alarm, { namespace, metric, dimensions, value }: Datapoint): boolean {
  if (alarm.ComparisonOperator !== 'GreaterThanOrEqualToThreshold') {
    throw new Error(`${alarm.ComparisonOperator} is not evaluated`);
  }
  const isMetric = alarm.Namespace === namespace && alarm.MetricName === metric;
  const hasDimensions =
    alarm.Dimensions.length === Object.keys(dimensions).length &&
    alarm.Dimensions.every(({ Name, Value }) => dimensions[Name] === Value);
  return isMetric && hasDimensions && value >= alarm.Threshold;
}
