package io.roadstead.registry;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Writes an adapter's {@link Attachment}s for a journal and reads them again. */
public interface AttachmentForm {
  /** For registries of instances without attachments: what is attached is not kept. */
  AttachmentForm NONE =
      new AttachmentForm() {
        @Override
        public boolean knows(Attachment attachment) {
          return false;
        }

        @Override
        public void write(Attachment attachment, DataOutput to) {}

        @Override
        public Attachment read(DataInput from) throws IOException {
          throw new IOException("no attachments are known");
        }
      };

  /** Whether it can write this one. */
  boolean knows(Attachment attachment);

  void write(Attachment attachment, DataOutput to) throws IOException;

  /**
   * @throws IOException or an {@link IllegalArgumentException} where it cannot be understood
   */
  Attachment read(DataInput from) throws IOException;
}
