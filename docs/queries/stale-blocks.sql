-- Blocks on which an older write was applied over a newer one that was done: all applies of each such block
-- in the medium's order, with who wrote them and when. "stale" marks the applies that should not have been.
--
-- The writes of one host that carry the same bytes to the same block are taken for one logical write, closed
-- by the first success of any of them. That is so where the workload never repeats its bytes. The rule
-- no-stale-overwrite also knows fence ends, repeated bytes and the uncertainty of the clock: where the two
-- differ, the rule is right.
WITH writes AS (
  SELECT
    c.command, a.host, a.link, c.cid, c.sent_ns,
    CASE WHEN c.status = 0 THEN c.answered_ns END AS done_ns,
    c.slba + generate_subscripts(c.payload_hashes, 1) - 1 AS lba,
    unnest(c.payload_hashes) AS payload_hash
  FROM 'commands.parquet' c JOIN 'associations.parquet' a USING (association)
  WHERE c.op = 'write'
),
logical_writes AS (
  SELECT host, lba, payload_hash, min(sent_ns) AS begun_ns, min(done_ns) AS done_ns
  FROM writes
  GROUP BY ALL
),
applied AS (
  SELECT b.apply, b.lba, b.payload_hash, p.request, p.node, p.applied_ns, unnest(b.candidates) AS command
  FROM 'blocks.parquet' b JOIN 'applies.parquet' p USING (apply)
  WHERE p.applied_ns IS NOT NULL
),
written AS (
  SELECT
    p.*, w.host, w.link, w.cid, w.sent_ns,
    l.begun_ns, l.done_ns,
    -- The latest begin of all writes that were done and were applied to the block before this one.
    max(CASE WHEN l.done_ns IS NOT NULL THEN l.begun_ns END) OVER (
      PARTITION BY p.lba ORDER BY p.apply RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS newest_before_ns
  FROM applied p
  JOIN writes w USING (command, lba)
  JOIN logical_writes l ON l.host = w.host AND l.lba = w.lba AND l.payload_hash = w.payload_hash
),
judged AS (
  SELECT *, coalesce(done_ns < newest_before_ns, false) AS stale FROM written
)
SELECT
  lba, request, node,
  round(applied_ns / 1e6, 3) AS applied_ms,
  payload_hash,
  host, link,
  printf('0x%04x', cid) AS cid,
  round(sent_ns / 1e6, 3) AS sent_ms,
  round(begun_ns / 1e6, 3) AS first_sent_ms,
  round(done_ns / 1e6, 3) AS first_success_ms,
  stale
FROM judged
WHERE lba IN (SELECT lba FROM judged WHERE stale)
ORDER BY lba, apply, sent_ns;
