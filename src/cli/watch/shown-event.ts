import type { SummaryEvent, WatchEvent } from '../../orders/watch/events.ts';
import type { LogLineEvent } from '../../orders/watch/with-logs.ts';

/** An event that renderers show. A summary is the last event of a watch of several orders. */
export type ShownEvent = WatchEvent | LogLineEvent | SummaryEvent;
