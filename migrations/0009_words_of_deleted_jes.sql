ALTER TABLE "idempotency_keys" ADD COLUMN "post_id" text;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "bounced_post_id" text;--> statement-breakpoint
CREATE INDEX "idempotency_keys_post_id_index" ON "idempotency_keys" USING btree ("post_id") WHERE "idempotency_keys"."post_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "idempotency_keys_bounced_post_id_index" ON "idempotency_keys" USING btree ("bounced_post_id") WHERE "idempotency_keys"."bounced_post_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_events_object_id_index" ON "outbox_events" USING btree (("data" ->> 'id'));--> statement-breakpoint
CREATE INDEX "outbox_events_bounced_id_index" ON "outbox_events" USING btree (("data" -> 'bounceOf' ->> 'id')) WHERE "outbox_events"."data" -> 'bounceOf' ->> 'id' IS NOT NULL;