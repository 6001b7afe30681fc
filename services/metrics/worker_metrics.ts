import type { MetricName } from "@/lib/metrics/catalogue.ts";
import { PROCESS_METRICS } from "@/services/metrics/process.ts";

/** What a worker tells. */
export const WORKER_METRICS: readonly MetricName[] = [
  ...PROCESS_METRICS,
  "innstream_ocr_documents_total",
  "innstream_ocr_read_seconds",
];
