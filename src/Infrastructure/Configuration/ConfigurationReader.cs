using System.Collections;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>
/// Reads the options tree. The framework's binder stops at the first value that it cannot convert and passes over keys that it
/// does not know, so every key is looked at beforehand: what is wrong is noted, and only what is right is bound.
/// </summary>
[RequiresUnreferencedCode("Reads the options by reflection.")]
internal static class ConfigurationReader
{
    /// <summary>Fills the options and notes in <see cref="CleanSyncOptions.Unreadable"/> what could not be read.</summary>
    public static void Read(IConfigurationSection section, CleanSyncOptions options)
    {
        var reading = new Reading(section.Path.Length);
        reading.Visit(section, typeof(CleanSyncOptions), secret: false);
        new ConfigurationBuilder().AddInMemoryCollection(reading.Right).Build().Bind(options);
        options.Unreadable = reading.Wrong;
    }

    [RequiresUnreferencedCode("Reads the options by reflection.")]
    private sealed class Reading(int rootLength)
    {
        public Dictionary<string, string?> Right { get; } = new(StringComparer.OrdinalIgnoreCase);

        public List<string> Wrong { get; } = [];

        public void Visit(IConfigurationSection section, Type type, bool secret)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            var children = section.GetChildren().ToList();
            if (type == typeof(FieldOptions) && section.Value is { } source)
                Keep(section, source, children);
            else if (type == typeof(string) || type.IsValueType)
                VisitValue(section, type, secret, children);
            else if (!string.IsNullOrEmpty(section.Value))
                Wrong.Add(
                    $"{section.Path} has one value, but {Expected(type)} is meant: write {section.Path}{Example(type)}."
                );
            else if (ItemOf(type) is { } item)
                children.ForEach(child => Visit(child, item, secret));
            else
                VisitProperties(section, type, children);
        }

        private void VisitValue(
            IConfigurationSection section,
            Type type,
            bool secret,
            List<IConfigurationSection> children
        )
        {
            // An empty value is one that was left out: containers are often given empty variables.
            if (string.IsNullOrEmpty(section.Value))
            {
                if (children.Count > 0)
                    Wrong.Add($"{section.Path} takes one value, not an object: remove {children[0].Path}.");
                return;
            }
            var value = section.Value;
            if (secret && SecretFile.Names(value))
            {
                if (SecretFile.Read(value, out var error) is { } content)
                    value = content;
                else
                    Wrong.Add($"{section.Path} is \"{value}\": {error}.");
            }
            if (Converts(type, value))
                Keep(section, value, children);
            else
                Wrong.Add($"{section.Path} is \"{value}\": write {Allowed(type)}.");
        }

        private void VisitProperties(IConfigurationSection section, Type type, List<IConfigurationSection> children)
        {
            var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
            foreach (var child in children)
            {
                var property = Array.Find(known, p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
                if (property is null)
                    Wrong.Add($"{child.Path} is not a setting: {Remedy(child.Key, known.Select(p => p.Name))}.");
                else
                    Visit(child, property.PropertyType, property.IsDefined(typeof(SecretAttribute), inherit: false));
            }
        }

        private void Keep(IConfigurationSection section, string value, List<IConfigurationSection> children)
        {
            if (children.Count > 0)
                Wrong.Add($"{section.Path} is given twice, as a value and as an object: remove one of them.");
            else
                Right[section.Path[(rootLength + 1)..]] = value;
        }

        private static bool Converts(Type type, string value)
        {
            // Numbers would be taken for members of an enumeration, in range or not.
            if (type.IsEnum)
                return Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase);
            try
            {
                TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
                return true;
            }
            catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException)
            {
                return false;
            }
        }

        private static Type? ItemOf(Type type) =>
            typeof(IEnumerable).IsAssignableFrom(type) || type.IsGenericType ? type.GetGenericArguments()[^1] : null;

        private static string Allowed(Type type) =>
            type switch
            {
                _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
                _ when type == typeof(bool) => "true or false",
                _ when type == typeof(int) => "a whole number",
                _ when type == typeof(TimeSpan) => "a duration as days.hours:minutes:seconds, for instance 1.12:30:00",
                _ => "a number",
            };

        private static string Expected(Type type) =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? "a list" : "an object";

        private static string Example(Type type) =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? ":0" : ":(name)";

        private static string Remedy(string key, IEnumerable<string> known)
        {
            var names = known.Order(StringComparer.Ordinal).ToList();
            var nearest = names.MinBy(name => Spelling.Distance(name, key));
            return nearest is not null && Spelling.Distance(nearest, key) <= Math.Max(2, key.Length / 3)
                ? $"did you mean {nearest}"
                : $"remove it; known here are {string.Join(", ", names)}";
        }
    }
}
