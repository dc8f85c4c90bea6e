/** Renderers of watched orders. They only show events and never call AWS. */
import { isViewEvent, type ViewEvent } from '../../orders/watch/events.ts';
import type { LogLineEvent } from '../../orders/watch/with-logs.ts';
import { formatRecord } from '../command/json-output.ts';
import { toLogRecord } from '../logs/log-lines.ts';
import { formatPlainEvent } from './plain-renderer.ts';
import type { ShownEvent } from './shown-event.ts';

/** A record of the `--json` output. */
export type StreamRecord = (Exclude<ShownEvent, ViewEvent | LogLineEvent> | LogRecord) & {
  readonly v: 1;
};
type LogRecord = ReturnType<typeof toLogRecord>;

export interface Renderer {
  readonly show: (event: ShownEvent) => void;
  /** Restores the terminal. */
  readonly close: () => Promise<void>;
}

export type Write = (text: string) => void;

const closeNothing = async () => {};

/** Returns a renderer that writes a line with a timestamp per event, for pipes and logs. */
export function createPlainRenderer(write: Write): Renderer {
  return {
    show: (event) => {
      const text = formatPlainEvent(event);
      if (text) write(`${text}\n`);
    },
    close: closeNothing,
  };
}

/** Returns a renderer that writes a JSON record per event. The last record has the type `end`. */
export function createJsonRenderer(write: Write): Renderer {
  return {
    show: (event) => {
      if (event.type === 'log') write(formatRecord(toLogRecord(event.entry, false)));
      else if (!isViewEvent(event)) write(formatRecord(event));
    },
    close: closeNothing,
  };
}

/** Returns a renderer without output, for callers that only need the exit code. */
export function createQuietRenderer(): Renderer {
  return { show: () => {}, close: closeNothing };
}
