import type { FollowEvent, SummaryEvent } from '../../orders/watch/events.ts';
import type { LogLineEvent } from '../../orders/watch/with-logs.ts';

/** What a renderer is told; the summary is the last of several orders' records. */
export type ShownEvent = FollowEvent | LogLineEvent | SummaryEvent;
