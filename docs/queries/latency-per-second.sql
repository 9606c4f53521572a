-- Latency of I/O commands, from the frame that sent a command to the answer's delivery, in ms: percentiles
-- for each path and each second of the lab in which the commands were sent. Commands without an answer have
-- no latency: "unanswered" counts them.
SELECT
  a.host, a.link,
  c.sent_ns // 1_000_000_000 AS second,
  count(*) AS commands,
  count(*) - count(c.answered_ns) AS unanswered,
  round(quantile_cont((c.answered_ns - c.sent_ns) / 1e6, 0.50), 3) AS p50_ms,
  round(quantile_cont((c.answered_ns - c.sent_ns) / 1e6, 0.90), 3) AS p90_ms,
  round(quantile_cont((c.answered_ns - c.sent_ns) / 1e6, 0.99), 3) AS p99_ms,
  round(max(c.answered_ns - c.sent_ns) / 1e6, 3) AS max_ms
FROM 'commands.parquet' c
JOIN 'associations.parquet' a USING (association)
WHERE c.qid > 0 AND c.op <> 'other'
GROUP BY a.host, a.link, second
ORDER BY second, a.host, a.link;
