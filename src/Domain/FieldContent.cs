using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>A value as it stands, or shall stand, on a WordPress user: one text, or a list of texts.</summary>
public abstract record FieldContent
{
    private FieldContent() { }

    /// <summary>True when nothing is in it.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Makes a text content.</summary>
    public static FieldContent Of(string text) => new Text(text);

    /// <summary>Makes a list content; blanks and doubles are dropped, the order is kept.</summary>
    public static FieldContent Of(IEnumerable<string> items) =>
        new Items([.. items.Where(item => !string.IsNullOrWhiteSpace(item)).Distinct(StringComparer.Ordinal)]);

    /// <summary>Whether both say the same: texts character by character, lists as sets.</summary>
    public abstract bool SameAs(FieldContent? other);

    /// <summary>One text.</summary>
    public sealed record Text(string Value) : FieldContent
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Value.Length == 0;

        /// <inheritdoc/>
        public override bool SameAs(FieldContent? other) =>
            other switch
            {
                Text text => string.Equals(Value, text.Value, StringComparison.Ordinal),
                null => IsEmpty,
                _ => IsEmpty && other.IsEmpty,
            };
    }

    /// <summary>A list of texts, kept as an array in the user's meta.</summary>
    public sealed record Items(ImmutableArray<string> Values) : FieldContent
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Values.IsEmpty;

        /// <inheritdoc/>
        public override bool SameAs(FieldContent? other) =>
            other switch
            {
                Items items => Values.ToHashSet(StringComparer.Ordinal).SetEquals(items.Values),
                null => IsEmpty,
                _ => IsEmpty && other.IsEmpty,
            };
    }
}
