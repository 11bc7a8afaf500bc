CREATE FUNCTION jes_json_v1(text, text, text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT row_to_json(jes)::text FROM (
SELECT 
post.id, $3 || '/post/' || post.id AS url, post.content, post.visibility,
(SELECT row_to_json(snippet) FROM (
SELECT post_author.id, post_author.username, post_author.display_name AS "displayName", post_author.avatar, post_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = post.api_key_id) chip) AS via,
array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", "media"."object", "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."post_id" = post.id ORDER BY "media"."position") file)) AS media,
(post.deleted_at IS NULL AND post.jehub_id IS NULL AND post.visibility = 'PUBLIC' AND NOT post_author.is_private) AS "isForEverybody",
post.bounce_of_id AS "bounceOfId",
(
SELECT row_to_json(poll) FROM (
SELECT
array_to_json(ARRAY(SELECT row_to_json(option) FROM (
SELECT id, text, vote_count AS votes FROM poll_options WHERE post_id = polls.post_id ORDER BY position
) option)) AS options,
multiple, to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "endsAt",
(SELECT coalesce(sum(vote_count), 0) FROM poll_options WHERE post_id = polls.post_id) AS "totalVotes"
FROM polls WHERE post_id = post.id) poll) AS poll,
post.location, post.link_preview AS "linkPreview",
array_to_json(post.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(post.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
(SELECT row_to_json(hub) FROM (SELECT id, name FROM jehubs WHERE id = post.jehub_id) hub) AS "jeHub",
(SELECT row_to_json(counts) FROM (
SELECT post.like_count AS likes, post.comment_count AS comments, post.bounce_count AS bounces,
post.save_count AS saves) counts) AS counts,
to_char(post.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(post.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(post.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt", (
SELECT row_to_json(jes) FROM (
SELECT 
original.id, $3 || '/post/' || original.id AS url, original.content, original.visibility,
(SELECT row_to_json(snippet) FROM (
SELECT original_author.id, original_author.username, original_author.display_name AS "displayName", original_author.avatar, original_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = original.api_key_id) chip) AS via,
array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", "media"."object", "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."post_id" = original.id ORDER BY "media"."position") file)) AS media,
(original.deleted_at IS NULL AND original.jehub_id IS NULL AND original.visibility = 'PUBLIC' AND NOT original_author.is_private) AS "isForEverybody",
original.bounce_of_id AS "bounceOfId",
(
SELECT row_to_json(poll) FROM (
SELECT
array_to_json(ARRAY(SELECT row_to_json(option) FROM (
SELECT id, text, vote_count AS votes FROM poll_options WHERE post_id = polls.post_id ORDER BY position
) option)) AS options,
multiple, to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "endsAt",
(SELECT coalesce(sum(vote_count), 0) FROM poll_options WHERE post_id = polls.post_id) AS "totalVotes"
FROM polls WHERE post_id = original.id) poll) AS poll,
original.location, original.link_preview AS "linkPreview",
array_to_json(original.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(original.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
(SELECT row_to_json(hub) FROM (SELECT id, name FROM jehubs WHERE id = original.jehub_id) hub) AS "jeHub",
(SELECT row_to_json(counts) FROM (
SELECT original.like_count AS likes, original.comment_count AS comments, original.bounce_count AS bounces,
original.save_count AS saves) counts) AS counts,
to_char(original.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(original.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(original.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt", NULL::json AS "bounceOf"
FROM posts original JOIN accounts original_author ON original_author.id = original.author_id
WHERE original.id = post.bounce_of_id AND (original.deleted_at IS NULL AND (
original.author_id = $2
OR CASE WHEN original.jehub_id IS NOT NULL
THEN EXISTS (SELECT FROM jehub_members WHERE jehub_id = original.jehub_id AND account_id = $2)
ELSE (original.visibility = 'PUBLIC' AND NOT original_author.is_private) OR (original.visibility <> 'PRIVATE' AND EXISTS (
SELECT FROM follows WHERE follower_id = $2 AND followee_id = original.author_id))
END))) jes) AS "bounceOf"
FROM posts post JOIN accounts post_author ON post_author.id = post.author_id
WHERE post.id = $1 AND (post.deleted_at IS NULL AND (
post.author_id = $2
OR CASE WHEN post.jehub_id IS NOT NULL
THEN EXISTS (SELECT FROM jehub_members WHERE jehub_id = post.jehub_id AND account_id = $2)
ELSE (post.visibility = 'PUBLIC' AND NOT post_author.is_private) OR (post.visibility <> 'PRIVATE' AND EXISTS (
SELECT FROM follows WHERE follower_id = $2 AND followee_id = post.author_id))
END))) jes);
END
$$;
--> statement-breakpoint
CREATE FUNCTION jes_event_v1(text, text, text, text) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT row_to_json(jes) FROM (
SELECT 
post.id, $3 || '/post/' || post.id AS url, post.content, post.visibility,
(SELECT row_to_json(snippet) FROM (
SELECT post_author.id, post_author.username, post_author.display_name AS "displayName", post_author.avatar, post_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = post.api_key_id) chip) AS via,
array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", 
CASE WHEN "media"."mime_type" LIKE 'video/%' THEN 'video' ELSE 'image' END AS type,
CASE WHEN (post.deleted_at IS NULL AND post.jehub_id IS NULL AND post.visibility = 'PUBLIC' AND NOT post_author.is_private) THEN $3::text || '/media/' || "media"."object" ELSE $4 || '/api/posts/' || post.id END AS url, "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."post_id" = post.id ORDER BY "media"."position") file)) AS media,
(
SELECT row_to_json(poll) FROM (
SELECT
array_to_json(ARRAY(SELECT row_to_json(option) FROM (
SELECT id, text, vote_count AS votes FROM poll_options WHERE post_id = polls.post_id ORDER BY position
) option)) AS options,
multiple, to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "endsAt",
(SELECT coalesce(sum(vote_count), 0) FROM poll_options WHERE post_id = polls.post_id) AS "totalVotes"
FROM polls WHERE post_id = post.id) poll) AS poll,
post.location, post.link_preview AS "linkPreview",
array_to_json(post.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(post.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
(SELECT row_to_json(hub) FROM (SELECT id, name FROM jehubs WHERE id = post.jehub_id) hub) AS "jeHub",
to_char(post.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(post.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(post.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt", (
SELECT CASE WHEN original.bounce_of_id IS NULL THEN (SELECT row_to_json(told) FROM (SELECT 
original.id, $3 || '/post/' || original.id AS url, original.content, original.visibility,
(SELECT row_to_json(snippet) FROM (
SELECT original_author.id, original_author.username, original_author.display_name AS "displayName", original_author.avatar, original_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = original.api_key_id) chip) AS via,
array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", 
CASE WHEN "media"."mime_type" LIKE 'video/%' THEN 'video' ELSE 'image' END AS type,
CASE WHEN (original.deleted_at IS NULL AND original.jehub_id IS NULL AND original.visibility = 'PUBLIC' AND NOT original_author.is_private) THEN $3::text || '/media/' || "media"."object" ELSE $4 || '/api/posts/' || original.id END AS url, "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."post_id" = original.id ORDER BY "media"."position") file)) AS media,
(
SELECT row_to_json(poll) FROM (
SELECT
array_to_json(ARRAY(SELECT row_to_json(option) FROM (
SELECT id, text, vote_count AS votes FROM poll_options WHERE post_id = polls.post_id ORDER BY position
) option)) AS options,
multiple, to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "endsAt",
(SELECT coalesce(sum(vote_count), 0) FROM poll_options WHERE post_id = polls.post_id) AS "totalVotes"
FROM polls WHERE post_id = original.id) poll) AS poll,
original.location, original.link_preview AS "linkPreview",
array_to_json(original.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(original.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
(SELECT row_to_json(hub) FROM (SELECT id, name FROM jehubs WHERE id = original.jehub_id) hub) AS "jeHub",
to_char(original.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(original.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(original.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt", NULL::json AS "bounceOf") told)
ELSE (SELECT row_to_json(told) FROM (SELECT 
original.id, $3 || '/post/' || original.id AS url, original.content, original.visibility,
(SELECT row_to_json(snippet) FROM (
SELECT original_author.id, original_author.username, original_author.display_name AS "displayName", original_author.avatar, original_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = original.api_key_id) chip) AS via,
array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", 
CASE WHEN "media"."mime_type" LIKE 'video/%' THEN 'video' ELSE 'image' END AS type,
CASE WHEN (original.deleted_at IS NULL AND original.jehub_id IS NULL AND original.visibility = 'PUBLIC' AND NOT original_author.is_private) THEN $3::text || '/media/' || "media"."object" ELSE $4 || '/api/posts/' || original.id END AS url, "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."post_id" = original.id ORDER BY "media"."position") file)) AS media,
(
SELECT row_to_json(poll) FROM (
SELECT
array_to_json(ARRAY(SELECT row_to_json(option) FROM (
SELECT id, text, vote_count AS votes FROM poll_options WHERE post_id = polls.post_id ORDER BY position
) option)) AS options,
multiple, to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "endsAt",
(SELECT coalesce(sum(vote_count), 0) FROM poll_options WHERE post_id = polls.post_id) AS "totalVotes"
FROM polls WHERE post_id = original.id) poll) AS poll,
original.location, original.link_preview AS "linkPreview",
array_to_json(original.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(original.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
(SELECT row_to_json(hub) FROM (SELECT id, name FROM jehubs WHERE id = original.jehub_id) hub) AS "jeHub",
to_char(original.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(original.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(original.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt", NULL::json AS "bounceOf", original.bounce_of_id AS "bounceOfId") told) END
FROM posts original JOIN accounts original_author ON original_author.id = original.author_id
WHERE original.id = post.bounce_of_id AND (original.deleted_at IS NULL AND (
original.author_id = $2
OR CASE WHEN original.jehub_id IS NOT NULL
THEN EXISTS (SELECT FROM jehub_members WHERE jehub_id = original.jehub_id AND account_id = $2)
ELSE (original.visibility = 'PUBLIC' AND NOT original_author.is_private) OR (original.visibility <> 'PRIVATE' AND EXISTS (
SELECT FROM follows WHERE follower_id = $2 AND followee_id = original.author_id))
END))) AS "bounceOf"
FROM posts post JOIN accounts post_author ON post_author.id = post.author_id WHERE post.id = $1) jes);
END
$$;
--> statement-breakpoint
CREATE FUNCTION jesclip_json_v1(text, text, text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT row_to_json(shown)::text FROM (
SELECT 
jesclip.id, $3 || '/jesclip/' || jesclip.id AS url, jesclip.caption,
array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", "media"."object", "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."jesclip_id" = jesclip.id ORDER BY "media"."position") file)) AS video,
(jesclip.visibility = 'PUBLIC' AND NOT jesclip_author.is_private) AS "isForEverybody",
(SELECT row_to_json(snippet) FROM (
SELECT jesclip_author.id, jesclip_author.username, jesclip_author.display_name AS "displayName", jesclip_author.avatar, jesclip_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = jesclip.api_key_id) chip) AS via,
jesclip.visibility,
array_to_json(jesclip.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(jesclip.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
(SELECT row_to_json(counts) FROM (SELECT jesclip.comment_count AS comments) counts) AS counts,
to_char(jesclip.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(jesclip.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(jesclip.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt" FROM jesclips jesclip JOIN accounts jesclip_author ON jesclip_author.id = jesclip.author_id
WHERE jesclip.id = $1 AND (jesclip.author_id = $2 OR (jesclip.visibility = 'PUBLIC' AND NOT jesclip_author.is_private) OR (jesclip.visibility <> 'PRIVATE' AND EXISTS (
SELECT FROM follows WHERE follower_id = $2 AND followee_id = jesclip.author_id)))) shown);
END
$$;
--> statement-breakpoint
CREATE FUNCTION jesclip_event_v1(text, text, text) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT row_to_json(shown) FROM (
SELECT 
jesclip.id, $2 || '/jesclip/' || jesclip.id AS url, jesclip.caption,
(array_to_json(ARRAY(SELECT row_to_json(file) FROM (
SELECT "media"."id", "media"."mime_type" AS "mimeType", 
CASE WHEN "media"."mime_type" LIKE 'video/%' THEN 'video' ELSE 'image' END AS type,
CASE WHEN (jesclip.visibility = 'PUBLIC' AND NOT jesclip_author.is_private) THEN $2::text || '/media/' || "media"."object" ELSE $3 || '/api/jesclips/' || jesclip.id END AS url, "media"."width", "media"."height", "media"."size",
"media"."alt"
FROM "media" WHERE "media"."jesclip_id" = jesclip.id ORDER BY "media"."position") file)))->0 AS video,
(SELECT row_to_json(snippet) FROM (
SELECT jesclip_author.id, jesclip_author.username, jesclip_author.display_name AS "displayName", jesclip_author.avatar, jesclip_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = jesclip.api_key_id) chip) AS via,
jesclip.visibility,
array_to_json(jesclip.hashtags) AS hashtags,
array_to_json(ARRAY(
SELECT row_to_json(mention) FROM unnest(jesclip.mention_ids) WITH ORDINALITY AS named(id, n)
JOIN LATERAL (
SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
) mention ON true
ORDER BY n)) AS mentions,
to_char(jesclip.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
to_char(jesclip.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
to_char(jesclip.edited_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "editedAt" FROM jesclips jesclip JOIN accounts jesclip_author ON jesclip_author.id = jesclip.author_id
WHERE jesclip.id = $1) shown);
END
$$;
--> statement-breakpoint
CREATE FUNCTION jes_comments_v1(text, text, text, integer) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT array_to_json(ARRAY(
SELECT row_to_json(shown) FROM (
SELECT 
comment.id, comment.post_id AS "postId", comment.parent_id AS "parentId", comment.content,
(SELECT row_to_json(snippet) FROM (
SELECT comment_author.id, comment_author.username, comment_author.display_name AS "displayName", comment_author.avatar, comment_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = comment.api_key_id) chip) AS via,
to_char(comment.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt" FROM comments comment JOIN accounts comment_author ON comment_author.id = comment.author_id
WHERE comment.post_id = $1 AND comment.id > $3
ORDER BY comment.id LIMIT $4) shown))::text
FROM posts post JOIN accounts post_author ON post_author.id = post.author_id WHERE post.id = $1 AND (post.deleted_at IS NULL AND (
post.author_id = $2
OR CASE WHEN post.jehub_id IS NOT NULL
THEN EXISTS (SELECT FROM jehub_members WHERE jehub_id = post.jehub_id AND account_id = $2)
ELSE (post.visibility = 'PUBLIC' AND NOT post_author.is_private) OR (post.visibility <> 'PRIVATE' AND EXISTS (
SELECT FROM follows WHERE follower_id = $2 AND followee_id = post.author_id))
END)));
END
$$;
--> statement-breakpoint
CREATE FUNCTION jesclip_comments_v1(text, text, text, integer) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT array_to_json(ARRAY(
SELECT row_to_json(shown) FROM (
SELECT 
comment.id, comment.jesclip_id AS "jesClipId", comment.parent_id AS "parentId", comment.content,
(SELECT row_to_json(snippet) FROM (
SELECT comment_author.id, comment_author.username, comment_author.display_name AS "displayName", comment_author.avatar, comment_author.verified) snippet) AS author,
(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = comment.api_key_id) chip) AS via,
to_char(comment.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt" FROM jesclip_comments comment JOIN accounts comment_author ON comment_author.id = comment.author_id
WHERE comment.jesclip_id = $1 AND comment.id > $3
ORDER BY comment.id LIMIT $4) shown))::text
FROM jesclips jesclip JOIN accounts jesclip_author ON jesclip_author.id = jesclip.author_id WHERE jesclip.id = $1 AND (jesclip.author_id = $2 OR (jesclip.visibility = 'PUBLIC' AND NOT jesclip_author.is_private) OR (jesclip.visibility <> 'PRIVATE' AND EXISTS (
SELECT FROM follows WHERE follower_id = $2 AND followee_id = jesclip.author_id))));
END
$$;
