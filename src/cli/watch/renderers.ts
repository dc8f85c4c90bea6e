/** The renderers of followed orders. They read one event stream and never ask AWS for anything. */
import { type InnerEvent, isInner } from '../../orders/watch/events.ts';
import type { LogLineEvent } from '../../orders/watch/with-logs.ts';
import { line } from '../command/json-output.ts';
import { logRecord } from '../logs/log-lines.ts';
import { plainLine } from './plain-renderer.ts';
import type { ShownEvent } from './shown-event.ts';

/** A line of NDJSON. */
export type StreamRecord = (Exclude<ShownEvent, InnerEvent | LogLineEvent> | LogRecord) & {
  readonly v: 1;
};
type LogRecord = ReturnType<typeof logRecord>;

export interface Renderer {
  readonly show: (event: ShownEvent) => void;
  /** Gives the terminal back. */
  readonly close: () => Promise<void>;
}

export type Write = (text: string) => void;

const stays = async () => {};

/** One timestamped fact a line, for pipes and logs. */
export function plainRenderer(write: Write): Renderer {
  return {
    show: (event) => {
      const text = plainLine(event);
      if (text) write(`${text}\n`);
    },
    close: stays,
  };
}

/** One JSON object a line; the last is the `end` record. */
export function jsonRenderer(write: Write): Renderer {
  return {
    show: (event) => {
      if (event.type === 'log') write(line(logRecord(event.entry, false)));
      else if (!isInner(event)) write(line(event));
    },
    close: stays,
  };
}

/** Says nothing; the exit code tells. */
export function quietRenderer(): Renderer {
  return { show: () => {}, close: stays };
}
