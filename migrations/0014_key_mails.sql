CREATE TABLE "key_mails" (
	"api_key_id" text NOT NULL,
	"kind" text NOT NULL,
	"occasion" text NOT NULL,
	"address" text,
	"count" integer DEFAULT 1 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "key_mails_once" PRIMARY KEY("api_key_id","kind","occasion"),
	CONSTRAINT "key_mails_kind_known" CHECK ("key_mails"."kind" IN ('generated', 'expires_30', 'expires_7', 'expires_1', 'expired', 'new_network', 'refused', 'revoked'))
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "key_warnings_stopped_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "key_mails" ADD CONSTRAINT "key_mails_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "key_mails_unsent_index" ON "key_mails" USING btree ("due_at") WHERE "key_mails"."sent_at" IS NULL;--> statement-breakpoint
-- Keys from before: their warnings that lie ahead,
INSERT INTO "key_mails" ("api_key_id", "kind", "occasion", "due_at")
SELECT k."id", w."kind", '', k."expires_at" - w."ahead" FROM "api_keys" k
CROSS JOIN (VALUES ('expires_30', interval '30 days'), ('expires_7', interval '7 days'), ('expires_1', interval '1 day'), ('expired', interval '0')) w("kind", "ahead")
WHERE k."revoked_at" IS NULL AND k."expires_at" - w."ahead" > greatest(k."created_at", now());--> statement-breakpoint
-- and the networks that they were used from, as if their owners had been mailed.
INSERT INTO "key_mails" ("api_key_id", "kind", "occasion", "address", "due_at", "sent_at")
SELECT "api_key_id", 'new_network', 'before ' || "address", "address", "at", "at" FROM (
  SELECT DISTINCT ON ("api_key_id", "address") "api_key_id", "address", "at" FROM "audit_log"
  WHERE "event" = 'first_use' AND "address" IS NOT NULL ORDER BY "api_key_id", "address", "at") l;
